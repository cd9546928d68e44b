export { Artifact, Artifact as TreeherderArtifact } from "./artifact-data.ts";
export { type ChunkLimits, chunkBySize } from "./chunk-by-size.ts";
export {
  AuthenticationError,
  ClockError,
  RejectedError,
  RequestError,
  ThrottledError,
  TreeherderClientError,
  UnknownClientError,
  UnreachableError,
  ValidationError,
  WaitTimeoutError,
} from "./client-errors.ts";
export {
  ArtifactCollection,
  ArtifactCollection as TreeherderArtifactCollection,
  Collection,
  Collection as TreeherderCollection,
  JobCollection,
  JobCollection as TreeherderJobCollection,
  ResultSetCollection,
  ResultSetCollection as TreeherderResultSetCollection,
} from "./collections.ts";
export { DataObject } from "./data-object.ts";
export { type AddedParseStatus, Job, Job as TreeherderJob } from "./job-data.ts";
export { type ItemNote, type ItemVerdict, PostAnswer, type StoredResultSet } from "./post-answer.ts";
export type * from "./posted-data.ts";
export type { Filters } from "./read-client.ts";
export type { ClientOptions, RequestOptions } from "./request-sender.ts";
export { ResultSet, ResultSet as TreeherderResultSet } from "./result-set-data.ts";
export { Revision, Revision as TreeherderRevision } from "./revision-data.ts";
export type { ArtifactRow, JobRow, ResultSetRow, Row } from "./rows.ts";
export type { DataFault } from "./structure-rules.ts";
export { TreeherderClient, type WaitOptions } from "./treeherder-client.ts";
