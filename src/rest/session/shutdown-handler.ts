import type { SessionRoute } from './session-route.js'

/** Ends the session; its jobs as it is configured. */
export const shutdownHandler: SessionRoute = {
  method: 'DELETE',
  path: '/cluster',
  handle(_request, { gateway }) {
    gateway.shutDown()
    return Promise.resolve({ status: 200, body: {} })
  },
}
