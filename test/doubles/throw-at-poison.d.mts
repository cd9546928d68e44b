/** @returns what undoes it. */
export function throwAtPoison(): () => void;
