/** A request that a `Sandbox` received, secrets included: give it no real ones. */
export interface RecordedRequest {
  /** `POST`, or what else was tried. */
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** What follows the `?`, if there was one. */
  readonly query?: string
  /** In their order and spelling. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  /** As text. */
  readonly body: string
}

/** What a `Sandbox` has counted since its start. */
export interface SandboxStats {
  /** Graph requests received. */
  readonly requests: number
  /** Connections accepted. */
  readonly connections: number
  /** Connections open now. */
  readonly openConnections: number
  /** Requests whose client closed its connection while the sandbox owed it an answer. */
  readonly aborted: number
}
