import { checkpointIdOf, jobIdOf, vertexIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** The part of a vertex in a checkpoint, subtask by subtask. */
export const taskCheckpointStatisticDetailsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/checkpoints/details/:checkpointid/subtasks/:vertexid',
  async handle(request, { gateway }) {
    const [jobId, checkpointId, vertexId] = [jobIdOf(request), checkpointIdOf(request), vertexIdOf(request)]
    return { status: 200, body: await gateway.taskCheckpointDetails(jobId, checkpointId, vertexId) }
  },
}
