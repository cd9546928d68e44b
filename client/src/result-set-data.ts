import { DataObject } from "./data-object.ts";
import type { PostedResultSet, PostedRevision } from "./posted-data.ts";
import { Revision } from "./revision-data.ts";
import { isEmpty, type Structure } from "./structure-rules.ts";

const structure: Structure = {
  name: "TreeherderResultSet",
  required: [
    { property: "revision", type: "string", maxLength: 40 },
    { property: "revisions", type: "array" },
    { property: "author", type: "string", maxLength: 150, isOptional: true },
  ],
};

/** One push of a {@link ResultSetCollection}. Checking a push does not check its revisions. */
export class ResultSet extends DataObject<PostedResultSet> {
  constructor(data?: PostedResultSet) {
    super(data, () => ({ push_timestamp: null, revision: "", author: "", revisions: [], type: "" }));
  }

  protected get structure(): Structure {
    return structure;
  }

  /** Returns the data as JSON. An empty author is left out, so that the server uses its default. */
  override toJson(): string {
    const { author, ...others } = this.data;
    return JSON.stringify(isEmpty(author) ? others : this.data);
  }

  /** @param seconds - since the Unix epoch, perhaps with a fraction. */
  addPushTimestamp(seconds: number | string): this {
    this.data.push_timestamp = seconds;
    return this;
  }
  add_push_timestamp(seconds: number | string): this {
    return this.addPushTimestamp(seconds);
  }

  /** Sets the author. If it is never set, the server stores `unknown@somewhere.com`. */
  addAuthor(author: string): this {
    this.data.author = author;
    return this;
  }
  add_author(author: string): this {
    return this.addAuthor(author);
  }

  addType(type: string): this {
    this.data.type = type;
    return this;
  }
  add_type(type: string): this {
    return this.addType(type);
  }

  /** Sets the top revision, if the argument is a text. Appends a {@link Revision} to the revisions of the push. */
  addRevision(revision: string | Revision): this {
    if (revision instanceof Revision) return this.addRevisions([revision]);
    this.data.revision = revision;
    return this;
  }
  add_revision(revision: string | Revision): this {
    return this.addRevision(revision);
  }

  /** Appends revisions, the oldest first. */
  addRevisions(revisions: readonly Revision[]): this {
    this.data.revisions = [...(this.data.revisions ?? []), ...revisions.map(({ data }) => data)];
    return this;
  }
  add_revisions(revisions: readonly Revision[]): this {
    return this.addRevisions(revisions);
  }

  /** Returns a new revision, which is not yet part of the push. */
  getRevision(data?: PostedRevision): Revision {
    return new Revision(data);
  }
  get_revision(data?: PostedRevision): Revision {
    return this.getRevision(data);
  }

  /** Appends an artifact, unless its blob is empty. The server ignores artifacts of pushes. */
  addArtifact(name: string, type: string, blob: unknown): this {
    if (!isEmpty(blob)) this.data.artifacts = [...(this.data.artifacts ?? []), { name, type, blob }];
    return this;
  }
  add_artifact(name: string, type: string, blob: unknown): this {
    return this.addArtifact(name, type, blob);
  }
}
