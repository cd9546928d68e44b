/** Returns whether a text is a valid id of a REST client: 1 to 32 letters, digits, `-` or `_`. */
export function isClientId(text: string): boolean {
  return /^[\w-]{1,32}$/.test(text);
}
