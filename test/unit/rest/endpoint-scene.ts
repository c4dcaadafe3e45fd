/** REST endpoints for tests: on a clock that is turned by hand, over their socket and over TCP. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { SILENT_LOGGER } from '../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import { jobRestApi } from '../../../src/rest/job-rest-api.js'
import type { JobsGateway } from '../../../src/rest/jobs-gateway.js'
import type { RestApi } from '../../../src/rest/rest-api.js'
import { RestEndpoint } from '../../../src/rest/rest-endpoint.js'
import type { TcpSettings } from '../../../src/rest/tcp/tcp-settings.js'

export const OVER_TCP: TcpSettings = {
  ...{ address: '127.0.0.1', ports: [0], token: 'a-token-of-this-test', hostNames: [], tls: undefined },
  ...{ maxContentLength: 1000, isExposed: false },
}

/** Of the token of `OVER_TCP`. */
export const BEARER: { readonly authorization: string } = { authorization: 'Bearer a-token-of-this-test' }

export async function withEndpoint(
  gateway: JobsGateway,
  use: (endpoint: RestEndpoint, address: string, clock: ManualClock) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-rest-'))
  const clock = new ManualClock()
  const { maxContentLength: bodyLimit } = OVER_TCP
  const services = { clock, logger: SILENT_LOGGER, bodyLimit }
  const openApi = (): Promise<RestApi> =>
    Promise.resolve(jobRestApi({ gateway, clock, random: new SeededRandom(1), storeDurationMs: 300_000 }))
  try {
    await use(new RestEndpoint({ ...services, openApi }), path.join(directory, 'job.sock'), clock)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** All that comes back for text that is sent at once, until the connection ends. */
export async function answersTo(url: string, text: string): Promise<string> {
  const socket = createConnection(Number(new URL(url).port), '127.0.0.1')
  let answers = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (answers += chunk))
  socket.on('error', () => undefined)
  socket.write(text)
  await once(socket, 'close')
  return answers
}

export function statusesIn(answers: string): string[] {
  return [...answers.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status = '']) => status)
}
