import type { Route } from '../route.js'

/** Version 0.0.4 of the text format, which every scraper reads. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** All metrics for a scraper, where Prometheus looks for them. */
export const prometheusHandler: Route = {
  method: 'GET',
  path: '/metrics',
  isUnversioned: true,
  async handle(_request, { gateway }) {
    return { status: 200, body: await gateway.prometheusText(), contentType: CONTENT_TYPE }
  },
}
