import type { RestRequest, RestResponse } from '../../route.js'
import type { SessionRestContext, SessionRoute } from '../session-route.js'
import type { JarGateway } from './jar-gateway.js'
import { jarProgramOf } from './jar-program-of.js'
import { receiveUpload } from './receive-upload.js'
import { drained } from './drained.js'

type Answer = (request: RestRequest, jars: JarGateway) => Promise<unknown>

const NO_JAVA =
  'A JobGraph of Java cannot run here: flink-ts runs programs in JavaScript. Send one with: flink-ts run -m <host:port> <job.js>.'

/** Programs that are uploaded, and run from there; and where Flink's own client sends its jobs. */
export const jarRoutes: readonly SessionRoute[] = [
  {
    ...route('POST', '/jars/upload', async (request, jars) => {
      const filename = await receiveUpload(request.raw, jars)
      return { filename, status: 'success' }
    }),
    isUpload: true,
  },
  route('GET', '/jars', async (request, jars) => {
    const files = (await jars.list()).map((jar) => ({ ...jar, entry: [] }))
    return { address: `http://${request.raw.headers.host ?? 'localhost'}`, files }
  }),
  route('DELETE', '/jars/:jarid', async (request, jars) => {
    await jars.remove(jarIdOf(request))
    return {}
  }),
  ...(['GET', 'POST'] as const).map((method) =>
    route(method, '/jars/:jarid/plan', async (request, jars) => ({
      plan: await jars.plan(jarIdOf(request), jarProgramOf(request, 'plan')),
    })),
  ),
  route('POST', '/jars/:jarid/run', async (request, jars) => ({
    jobid: await jars.run(jarIdOf(request), jarProgramOf(request, 'run')),
  })),
  {
    method: 'POST',
    path: '/jobs',
    isUpload: true,
    async handle({ raw }) {
      // A client that still sends would not read the answer.
      await drained(raw)
      return { status: 400, body: { errors: [NO_JAVA] } }
    },
  },
]

function route(method: SessionRoute['method'], path: string, answer: Answer): SessionRoute {
  return {
    method,
    path,
    async handle(request: RestRequest, { gateway }: SessionRestContext): Promise<RestResponse> {
      if (gateway.jars === undefined) return { status: 404, body: { errors: [`Not found: ${request.url}`] } }
      return { status: 200, body: await answer(request, gateway.jars) }
    },
  }
}

function jarIdOf({ params }: RestRequest): string {
  return params['jarid'] ?? ''
}
