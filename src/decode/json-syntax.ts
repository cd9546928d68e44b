/** The states of the parser: what may come next in the text. Zero is an error. */
const VALUE = 1;
/** After `[`: a value, or the end of the list. */
const FIRST_VALUE = 2;
const NAME = 3;
/** After `{`: a name, or the end of the object. */
const FIRST_NAME = 4;
const COLON = 5;
/** After a value: a comma, the end of its list or object, or the end of the text. */
const AFTER = 6;
const STRING = 7;
const ESCAPE = 8;
const HEX = 9;
const MINUS = 10;
const ZERO = 11;
const INTEGER = 12;
const POINT = 13;
const FRACTION = 14;
const EXPONENT_MARK = 15;
const EXPONENT_SIGN = 16;
const EXPONENT = 17;
const WORD = 18;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const PERIOD = 0x2e;
const HYPHEN = 0x2d;
const PLUS = 0x2b;
const LOWER_U = 0x75;

/** The literal names of JSON, by their first byte. */
const wordOf = new Map(["true", "false", "null"].map((word) => [word.charCodeAt(0), word]));

/** The state after the first byte of a value that is not a list or an object; 0 for a byte with which no value begins. */
const stateAfterFirst = new Uint8Array(256);
stateAfterFirst[QUOTE] = STRING;
stateAfterFirst[HYPHEN] = MINUS;
stateAfterFirst.fill(INTEGER, 0x31, 0x3a);
stateAfterFirst[0x30] = ZERO;
for (const first of wordOf.keys()) stateAfterFirst[first] = WORD;

/** 1 for each byte that may follow a backslash, except `u`. */
const isEscaped = new Uint8Array(256);
for (const byte of Buffer.from('"\\/bfnrt')) isEscaped[byte] = 1;

/**
 * Checks the syntax of a JSON text in UTF-8 (RFC 8259) piece by piece, without building any value, and records where the items of
 * a list begin and end. It accepts exactly the texts that JSON.parse accepts; a test compares the two.
 *
 * Only the state between two bytes is kept, so a piece may end anywhere, even within a string of 16 MiB. For each level of nesting,
 * one bit records whether the open value is an object or a list.
 */
export class JsonSyntax {
  /** The position of the first byte of each item in the list. */
  readonly starts: number[] = [];
  /** The position of the comma or bracket after each item. White space before that counts as part of the item. */
  readonly ends: number[] = [];
  #at = 0;
  #state = VALUE;
  #isList = false;
  #depth = 0;
  /** One bit for each open value, the outermost one first; 1 for an object. */
  #objects = new Uint8Array(16);
  #isName = false;
  #hexLeft = 0;
  #word = "";
  #wordAt = 0;

  /** The position of the next byte to read, or of the byte that is a syntax error. */
  get at(): number {
    return this.#at;
  }

  /** Whether the text is a list. It is known once the first byte of the value has been read. */
  get isList(): boolean {
    return this.#isList;
  }

  /** Whether the text is a complete JSON value. Valid after the last byte has been read. */
  get isComplete(): boolean {
    return this.#depth === 0 && (this.#state === AFTER || endsNumber(this.#state));
  }

  /**
   * Reads from the last position up to another one.
   *
   * @returns false for a syntax error. Then {@link at} is the position of the wrong byte, and no more bytes can be read.
   */
  read(text: Uint8Array, to: number): boolean {
    let state = this.#state;
    let at = this.#at;
    for (; at < to; at++) {
      const byte = text[at] ?? 0;
      switch (state) {
        case STRING:
          if (byte === QUOTE) state = this.#isName ? COLON : AFTER;
          else if (byte === BACKSLASH) state = ESCAPE;
          else if (byte < 0x20) state = 0;
          break;
        case AFTER:
          if (!isBlank(byte)) state = this.#endPart(byte, at);
          break;
        case VALUE:
        case FIRST_VALUE:
          if (isBlank(byte)) break;
          if (byte === CLOSE_LIST && state === FIRST_VALUE) state = this.#close();
          else state = this.#beginValue(byte, at);
          break;
        case NAME:
        case FIRST_NAME:
          if (isBlank(byte)) break;
          this.#isName = true;
          if (byte === QUOTE) state = STRING;
          else state = byte === CLOSE_OBJECT && state === FIRST_NAME ? this.#close() : 0;
          break;
        case COLON:
          if (!isBlank(byte)) state = byte === 0x3a ? VALUE : 0;
          break;
        case ESCAPE:
          this.#hexLeft = 4;
          if (isEscaped[byte] === 1) state = STRING;
          else state = byte === LOWER_U ? HEX : 0;
          break;
        case HEX:
          if (!isHexDigit(byte)) state = 0;
          else if (--this.#hexLeft === 0) state = STRING;
          break;
        case WORD:
          if (byte !== this.#word.charCodeAt(this.#wordAt)) state = 0;
          else if (++this.#wordAt === this.#word.length) state = AFTER;
          break;
        default: {
          const next = afterDigit(state, byte);
          // The byte after a number is not part of it, and is read again.
          if (next === AFTER) at--;
          state = next;
        }
      }
      if (state === 0) break;
    }
    this.#at = at;
    this.#state = state;
    return state !== 0;
  }

  #beginValue(byte: number, at: number): number {
    if (this.#depth === 1 && !this.#isInObject()) this.starts.push(at);
    this.#isName = false;
    if (byte === OPEN_LIST || byte === OPEN_OBJECT) return this.#open(byte === OPEN_OBJECT);
    this.#word = wordOf.get(byte) ?? "";
    this.#wordAt = 1;
    return stateAfterFirst[byte] ?? 0;
  }

  #open(isObject: boolean): number {
    if (this.#depth === 0) this.#isList = !isObject;
    const byte = this.#depth >> 3;
    if (byte === this.#objects.length) {
      const grown = new Uint8Array(2 * byte);
      grown.set(this.#objects);
      this.#objects = grown;
    }
    const bit = 1 << (this.#depth & 7);
    const others = (this.#objects[byte] ?? 0) & ~bit;
    this.#objects[byte] = isObject ? others | bit : others;
    this.#depth++;
    return isObject ? FIRST_NAME : FIRST_VALUE;
  }

  #close(): number {
    this.#depth--;
    return AFTER;
  }

  /** Whether the innermost open value is an object. */
  #isInObject(): boolean {
    const level = this.#depth - 1;
    return (((this.#objects[level >> 3] ?? 0) >> (level & 7)) & 1) === 1;
  }

  #endPart(byte: number, at: number): number {
    if (this.#depth === 0) return 0;
    const isInObject = this.#isInObject();
    const isComma = byte === COMMA;
    if (!isComma && byte !== (isInObject ? CLOSE_OBJECT : CLOSE_LIST)) return 0;
    if (this.#depth === 1 && !isInObject) this.ends.push(at);
    if (!isComma) return this.#close();
    return isInObject ? NAME : VALUE;
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}

/** Returns whether a number may end in this state. */
function endsNumber(state: number): boolean {
  return state === ZERO || state === INTEGER || state === FRACTION || state === EXPONENT;
}

/** Returns the state after the next byte of a number: AFTER if the byte does not belong to the number, 0 if it is an error. */
function afterDigit(state: number, byte: number): number {
  const isE = (byte | 0x20) === 0x65;
  switch (state) {
    case MINUS:
      if (byte === 0x30) return ZERO;
      return isDigit(byte) ? INTEGER : 0;
    case ZERO:
      if (byte === PERIOD) return POINT;
      return isE ? EXPONENT_MARK : AFTER;
    case INTEGER:
      if (isDigit(byte)) return INTEGER;
      if (byte === PERIOD) return POINT;
      return isE ? EXPONENT_MARK : AFTER;
    case POINT:
      return isDigit(byte) ? FRACTION : 0;
    case FRACTION:
      if (isDigit(byte)) return FRACTION;
      return isE ? EXPONENT_MARK : AFTER;
    case EXPONENT_MARK:
      if (byte === PLUS || byte === HYPHEN) return EXPONENT_SIGN;
      return isDigit(byte) ? EXPONENT : 0;
    case EXPONENT_SIGN:
      return isDigit(byte) ? EXPONENT : 0;
    default:
      return isDigit(byte) ? EXPONENT : AFTER;
  }
}
