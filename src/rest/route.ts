import type { IncomingMessage } from 'node:http'
import type { JobsGateway } from './jobs-gateway.js'
import type { OperationRegistry } from './operation-registry.js'

/** What a handler gets of a request. */
export interface RestRequest {
  readonly method: Method
  /** As it was asked for, with its query, and without the version. */
  readonly url: string
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** Parsed JSON; an empty body counts as `{}`. Of an upload it is empty. */
  readonly body: Readonly<Record<string, unknown>>
  /** `http://host:port` by which the client has come. */
  readonly origin: string
  /** The request as Node has it: its body has been read, but of an upload, whose handler reads it. */
  readonly raw: IncomingMessage
}

export interface RestResponse {
  readonly status: number
  /** With a `contentType` also a text, bytes or a stream. */
  readonly body: unknown
  /** Of a body that is sent as it stands; without one it becomes JSON. */
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface RestContext {
  readonly gateway: JobsGateway
  /** Epoch ms. */
  readonly now: () => number
  readonly savepoints: OperationRegistry<string>
  readonly checkpoints: OperationRegistry<number>
  readonly disposals: OperationRegistry<null>
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** Where an endpoint is. Served under `/v1` and without it, or without it alone. */
export interface RoutePlace {
  readonly method: Method
  readonly path: string
  /** Whoever asks this asks again: the connection stays for more requests. */
  readonly keepsConnection?: true
  /** For the user of this machine only: over TCP it is not there. */
  readonly isLocal?: true
  /** It is no part of Flink's REST API, of which there are versions. */
  readonly isUnversioned?: true
  /** Its body is no JSON and may be long (multipart/form-data): the handler reads it, and bounds it. */
  readonly isUpload?: true
}

/** One endpoint. `C`: what its handler may ask. */
export interface Route<C = RestContext> extends RoutePlace {
  handle(request: RestRequest, context: C): Promise<RestResponse>
}
