import { ValidationError } from "./client-errors.ts";
import { type DataFault, failedProperties, isEmpty, type Structure, toFaults } from "./structure-rules.ts";

/** The base of all data classes: one item of a collection, or a part of one. */
export abstract class DataObject<Data extends object> {
  /** The data that is posted. It may be changed directly. */
  readonly data: Data;

  /**
   * @param given - ready-made data. Unless it is empty, the object itself is used: it is not copied, and no defaults are added.
   * @param standard - returns the initial data if none is given.
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

  /** Checks the data. @throws ValidationError for the first property that breaks its rule. */
  validate(): void {
    const [first] = failedProperties(this.data, this.structure);
    if (first !== undefined)
      throw new ValidationError(this.structure.name, first, JSON.stringify(this.data), this.faults());
  }

  /** Returns all faults, with a JSON pointer each; `validate` throws for the first one. */
  faults(): DataFault[] {
    return toFaults(failedProperties(this.data, this.structure));
  }
}
