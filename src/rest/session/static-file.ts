import type { RestRequest, RestResponse } from '../route.js'

/** What Flink answers for a file of its dashboard that it does not have: there is none here. */
export function staticFile({ url }: Pick<RestRequest, 'url'>): Promise<RestResponse> {
  const [path = '/'] = url.split('?')
  const file = path === '/' ? '/index.html' : path
  return Promise.resolve({ status: 404, body: { errors: [`Unable to load requested file ${file}.`] } })
}
