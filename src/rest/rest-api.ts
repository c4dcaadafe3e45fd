import type { RestRequest, RestResponse, Route, RoutePlace } from './route.js'

/** One endpoint with all that it asks. */
export interface Endpoint extends RoutePlace {
  handle(request: RestRequest): Promise<RestResponse>
}

/** What a REST server answers: the endpoints of a job process, or those of a session. */
export interface RestApi {
  readonly endpoints: readonly Endpoint[]
  /** Of a GET of any other path; without it that path is not found. */
  readonly otherwise?: (request: RestRequest) => Promise<RestResponse>
  /** Somebody who triggered an operation may still come for its outcome. */
  readonly isAwaited: boolean
  /** Nothing of it keeps the process alive any more. */
  close(): void
}

/** Routes with what their handlers ask. */
export function endpointsOf<C>(routes: readonly Route<C>[], context: C): Endpoint[] {
  return routes.map((route) => ({ ...route, handle: (request) => route.handle(request, context) }))
}
