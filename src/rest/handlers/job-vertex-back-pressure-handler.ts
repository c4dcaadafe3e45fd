import { subtasksOf } from '../job-metrics.js'
import type {
  BackPressureLevel,
  JobVertexBackPressureInfo,
  SubtaskBackPressureInfo,
} from '../messages/metric-messages.js'
import { jobIdOf, vertexIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** How much of its time each subtask of a vertex waits for those downstream. */
export const jobVertexBackPressureHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/vertices/:vertexid/backpressure',
  async handle(request, { gateway }) {
    const metrics = await gateway.metrics(jobIdOf(request))
    const subtasks = subtasksOf(metrics, vertexIdOf(request)).map(([index, values]) => subtaskInfo(index, values))
    if (metrics === undefined || subtasks.length === 0) {
      const unknown: JobVertexBackPressureInfo = { status: 'deprecated' }
      return { status: 200, body: unknown }
    }
    const level = levelOf(Math.max(...subtasks.map(({ ratio }) => ratio)))
    const body: JobVertexBackPressureInfo = {
      status: 'ok',
      backpressureLevel: level,
      'backpressure-level': level,
      'end-timestamp': metrics.lastUpdate,
      subtasks,
    }
    return { status: 200, body }
  },
}

function subtaskInfo(subtask: number, metrics: Readonly<Record<string, number | string>>): SubtaskBackPressureInfo {
  const ratioOf = (name: string): number => Number(metrics[name] ?? 0) / 1000
  const ratio = ratioOf('backPressuredTimeMsPerSecond')
  const level = levelOf(ratio)
  return {
    subtask,
    backpressureLevel: level,
    'backpressure-level': level,
    ratio,
    idleRatio: ratioOf('idleTimeMsPerSecond'),
    busyRatio: ratioOf('busyTimeMsPerSecond'),
  }
}

/** Flink's borders. */
function levelOf(ratio: number): BackPressureLevel {
  if (ratio <= 0.1) return 'ok'
  return ratio <= 0.5 ? 'low' : 'high'
}
