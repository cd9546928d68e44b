/** Thrown for a request that is refused. The status and the body are those that existing clients expect; the body is sent as JSON. */
export class ReadRefused extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(JSON.stringify(body));
    this.name = "ReadRefused";
    this.status = status;
    this.body = body;
  }
}

/** Returns the refusal of an invalid request. */
export function badQuery(detail: string): ReadRefused {
  return new ReadRefused(400, { detail });
}
