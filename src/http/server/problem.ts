import type { FastifyReply, FastifyRequest } from "fastify";

/** An error that the server reports by itself, without a route. */
export interface Problem {
  /** The HTTP status. */
  readonly status: number;
  readonly text: string;
  /** Details that may help a person. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Answers a request that failed, or that no route answers. */
export type SendProblem = (request: FastifyRequest, reply: FastifyReply, problem: Problem) => FastifyReply;
