import type { RestRequest, RestResponse } from '../../route.js'
import type { SessionRestContext, SessionRoute } from '../session-route.js'
import type { JarGateway } from './jar-gateway.js'
import { jarProgramOf } from './jar-program-of.js'
import { receiveUpload } from './receive-upload.js'
import { namesSnapshot, restoredJob } from './restored-job.js'

type Answer = (request: RestRequest, jars: JarGateway, context: SessionRestContext) => Promise<unknown>

/** Programs that are uploaded, and run from there. */
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
    const scheme = 'encrypted' in request.raw.socket ? 'https' : 'http'
    return { address: `${scheme}://${request.raw.headers.host ?? 'localhost'}`, files }
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
  route('POST', '/jars/:jarid/run', async (request, jars, context) => {
    const program = jarProgramOf(request, 'run')
    const jobid = await jars.run(jarIdOf(request), program)
    if (namesSnapshot(program)) await restoredJob(jobid, context)
    return { jobid }
  }),
]

function route(method: SessionRoute['method'], path: string, answer: Answer): SessionRoute {
  return {
    method,
    path,
    async handle(request: RestRequest, context: SessionRestContext): Promise<RestResponse> {
      const { gateway } = context
      if (gateway.jars === undefined) return { status: 404, body: { errors: [`Not found: ${request.url}`] } }
      return { status: 200, body: await answer(request, gateway.jars, context) }
    },
  }
}

function jarIdOf({ params }: RestRequest): string {
  return params['jarid'] ?? ''
}
