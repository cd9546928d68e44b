const optional = {
  lowerIsBetter: { type: "boolean" },
  shouldAlert: { type: "boolean" },
  alertThreshold: { type: "number" },
  minBackWindow: { type: "number" },
  maxBackWindow: { type: "number" },
  foreWindow: { type: "number" },
};

/** The optional members of a suite or a subtest. */
export const optionalMembers: readonly string[] = ["value", "extraOptions", ...Object.keys(optional)];

const subtest = {
  type: "object",
  properties: { name: { type: "string" }, value: { type: "number" }, ...optional },
  required: ["name", "value"],
};

const suite = {
  type: "object",
  properties: {
    name: { type: "string" },
    value: { type: "number" },
    subtests: { type: "array", items: subtest },
    extraOptions: { type: "array", items: { type: "string" }, uniqueItems: true },
    ...optional,
  },
  required: ["name", "subtests"],
};

/** The JSON Schema (draft 4) for one item of performance data. Additional members are allowed everywhere. */
export const performanceSchema = {
  $schema: "http://json-schema.org/draft-04/schema#",
  type: "object",
  properties: {
    framework: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
    suites: { type: "array", items: suite },
  },
  required: ["framework", "suites"],
};
