import { DataObject } from "./data-object.ts";
import type { PostedArtifact } from "./posted-data.ts";
import type { Structure } from "./structure-rules.ts";

const structure: Structure = {
  name: "TreeherderArtifact",
  required: [{ property: "blob" }, { property: "type" }, { property: "name" }, { property: "job_guid" }],
};

/** One artifact of an {@link ArtifactCollection}: data about a job that the server already has. */
export class Artifact extends DataObject<PostedArtifact> {
  constructor(data?: PostedArtifact) {
    super(data, () => ({ blob: "", type: "", name: "", job_guid: null }));
  }

  protected get structure(): Structure {
    return structure;
  }

  /** Sets the data itself: any JSON value for type `json`, otherwise text. It must not be empty. */
  addBlob(blob: unknown): this {
    this.data.blob = blob;
    return this;
  }
  add_blob(blob: unknown): this {
    return this.addBlob(blob);
  }

  /** Sets the type: `json`, or any other word for text. */
  addType(type: string): this {
    this.data.type = type;
    return this;
  }
  add_type(type: string): this {
    return this.addType(type);
  }

  addName(name: string): this {
    this.data.name = name;
    return this;
  }
  add_name(name: string): this {
    return this.addName(name);
  }

  addJobGuid(guid: string): this {
    this.data.job_guid = guid;
    return this;
  }
  add_job_guid(guid: string): this {
    return this.addJobGuid(guid);
  }
}
