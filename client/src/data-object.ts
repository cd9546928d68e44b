import { ValidationError } from "./client-errors.ts";
import { type DataFault, failedProperties, isEmpty, type Structure, toFaults } from "./structure-rules.ts";

/** The base of all data classes: one item of a collection, or a part of one. */
export abstract class DataObject<Data extends object> {
  /** What is posted. It may be changed directly. */
  readonly data: Data;

  /**
   * @param given - ready-made data. Unless it is empty, it becomes the data itself: it is not copied, and nothing is added.
   * @param standard - makes the data to begin with.
   */
  constructor(given: Data | undefined, standard: () => Data) {
    this.data = given === undefined || isEmpty(given) ? standard() : given;
  }

  protected abstract get structure(): Structure;

  /** Returns the data as JSON. */
  toJson(): string {
    return JSON.stringify(this.data);
  }
  to_json(): string {
    return this.toJson();
  }

  /** Checks the data. @throws ValidationError about the first property that fails. */
  validate(): void {
    const [first] = failedProperties(this.data, this.structure);
    if (first !== undefined)
      throw new ValidationError(this.structure.name, first, JSON.stringify(this.data), this.faults());
  }

  /** Returns all that `validate` would complain about, with a JSON pointer each. */
  faults(): DataFault[] {
    return toFaults(failedProperties(this.data, this.structure));
  }
}
