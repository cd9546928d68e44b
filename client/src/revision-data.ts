import { DataObject } from "./data-object.ts";
import type { PostedRevision } from "./posted-data.ts";
import type { Structure } from "./structure-rules.ts";

const structure: Structure = {
  name: "TreeherderRevision",
  required: [{ property: "revision", type: "string", maxLength: 50 }, { property: "repository" }],
};

/** One revision of a {@link ResultSet}. */
export class Revision extends DataObject<PostedRevision> {
  constructor(data?: PostedRevision) {
    super(data, () => ({ author: "", comment: "", repository: "", revision: "" }));
  }

  protected get structure(): Structure {
    return structure;
  }

  addAuthor(author: string): this {
    this.data.author = author;
    return this;
  }
  add_author(author: string): this {
    return this.addAuthor(author);
  }

  addComment(comment: string): this {
    this.data.comment = comment;
    return this;
  }
  add_comment(comment: string): this {
    return this.addComment(comment);
  }

  addRepository(repository: string): this {
    this.data.repository = repository;
    return this;
  }
  add_repository(repository: string): this {
    return this.addRepository(repository);
  }

  addRevision(revision: string): this {
    this.data.revision = revision;
    return this;
  }
  add_revision(revision: string): this {
    return this.addRevision(revision);
  }
}
