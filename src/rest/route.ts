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
}

export interface RestContext {
  readonly gateway: JobsGateway
  readonly savepoints: OperationRegistry<string>
  readonly checkpoints: OperationRegistry<number>
  readonly disposals: OperationRegistry<null>
}

/** One endpoint. Served under `/v1` and without it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  /** Whoever asks this asks again: the connection stays for more requests. */
  readonly keepsConnection?: true
  /** For the user of this machine only: over TCP it is not there. */
  readonly isLocal?: true
  handle(request: RestRequest, context: RestContext): Promise<RestResponse>
}
