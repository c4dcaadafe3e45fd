import type { JobsGateway } from './jobs-gateway.js'
import type { OperationRegistry } from './operation-registry.js'

/** What a handler gets of a request. */
export interface RestRequest {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** Parsed JSON; an empty body counts as `{}`. */
  readonly body: Readonly<Record<string, unknown>>
}

export interface RestResponse {
  readonly status: number
  readonly body: unknown
  /** Of a body that is text as it stands; without one it becomes JSON. */
  readonly contentType?: string
}

export interface RestContext {
  readonly gateway: JobsGateway
  readonly savepoints: OperationRegistry<string>
  readonly checkpoints: OperationRegistry<number>
  readonly disposals: OperationRegistry<null>
}

/** One endpoint. Served under `/v1` and without it, or without it alone. `C`: what its handler may ask. */
export interface Route<C = RestContext> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  /** Whoever asks this asks again: the connection stays for more requests. */
  readonly keepsConnection?: true
  /** For the user of this machine only: over TCP it is not there. */
  readonly isLocal?: true
  /** It is no part of Flink's REST API, of which there are versions. */
  readonly isUnversioned?: true
  handle(request: RestRequest, context: C): Promise<RestResponse>
}
