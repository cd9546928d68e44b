import { expect, it } from "@jest/globals";
import { taskIdForms } from "../../src/domain/task-id-forms.ts";

const slug = "_-0_XY7bTq6o_-hH-_7_-g";
const uuid = "ffed3f5d-8edb-4eae-a8ff-e847fbfefffa";

it.each(["", "/0", "/12", "_12345", "/0_12345"])(
  "a slug and a UUID are two forms of the same id: ...%s",
  (rest) => {
    const forms = [slug, uuid, uuid.toUpperCase()].map((form) => `${form}${rest}`);
    for (const form of forms) {
      expect(taskIdForms(form)[0]).toBe(form);
      expect([...taskIdForms(form)].toSorted()).toEqual(forms.toSorted());
    }
  },
);

it("a UUID of mixed case is also searched for unchanged", () => {
  const mixed = uuid.replace("ffed", "FFed");
  expect(taskIdForms(mixed)).toEqual([mixed, slug, uuid, uuid.toUpperCase()]);
});

it.each([
  "",
  "guid/0",
  "fJhBlPyZTLKrsXAv8oEXp",
  "fJhBlPyZTLKrsXAv8oEXpQQ",
  // A task id never has the bits of this last character. Decoding and encoding would change it.
  "fJhBlPyZTLKrsXAv8oEXpR",
  "fJhBlPyZTLKrsXAv8o+XpQ",
  "7c984194fc994cb2abb1702ff28117a5",
  "7c984194-fc99-4cb2-abb1-702ff28117a",
  "x7c984194-fc99-4cb2-abb1-702ff28117a5",
])("any other text has no other form: '%s'", (text) => expect(taskIdForms(text)).toEqual([text]));
