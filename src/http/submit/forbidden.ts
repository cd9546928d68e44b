/** The answer to a client whose credential does not cover the project. See `decisions.md` 25 of the specification. */
export const FORBIDDEN = "You do not have permission to perform this action.";
