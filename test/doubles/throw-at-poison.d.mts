/** @returns a function that undoes it. */
export function throwAtPoison(): () => void;
