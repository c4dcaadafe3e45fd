import type { JobInspector } from '../../client/job-inspector.js'

/** One metric of a job, of a subtask, or of an operator in a subtask. */
export interface JobMetricRow {
  readonly scope: 'job' | 'task' | 'operator'
  /** Of its vertex; null of the job itself. */
  readonly vertex: string | null
  readonly vertexId: string | null
  readonly subtask: number | null
  /** As its metrics name it, with underscores for some characters. */
  readonly operator: string | null
  readonly name: string
  /** A number where it is one; text of those that are none, and of numbers too large to be exact. */
  readonly value: number | string
}

/** All metrics of a job, asked of it now. */
export async function metricRowsOf(inspector: JobInspector): Promise<JobMetricRow[]> {
  // The tasks say their metrics anew with it.
  const { vertices } = await inspector.watermarks()
  const ofJob = (await inspector.jobMetrics()).map(({ name, value }): JobMetricRow => {
    return { scope: 'job', vertex: null, vertexId: null, subtask: null, operator: null, name, value: valueOf(value) }
  })
  const ofVertices = await Promise.all(
    vertices.map(async ({ id, name: vertex }) => {
      const metrics = await inspector.vertexMetrics(id)
      const operators = operatorNamesIn(vertex)
      return metrics.map(({ name, value }): JobMetricRow => {
        const [, subtask = '0', own = name] = /^(\d+)\.(.*)$/s.exec(name) ?? []
        const [operator, metric] = splitName(own, operators)
        const scope = operator === null ? 'task' : 'operator'
        const place = { scope, vertex, vertexId: id, subtask: Number(subtask), operator } as const
        return { ...place, name: metric, value: valueOf(value) }
      })
    }),
  )
  return [...ofJob, ...ofVertices.flat()]
}

/** The names of the operators of a chain as its metrics have them. */
function operatorNamesIn(vertex: string): string[] {
  const parts = vertex.split(/ -> |, |[()]/).map((part) => part.trim())
  return parts.filter((part) => part !== '').map((part) => part.replace(/[ .:,]/g, '_'))
}

/** Groups of a task have names as operators have: those that are in the name of the vertex are operators. */
function splitName(name: string, operators: readonly string[]): readonly [operator: string | null, name: string] {
  const dot = name.indexOf('.')
  const begin = dot === -1 ? '' : name.slice(0, dot)
  return operators.includes(begin) ? [begin, name.slice(dot + 1)] : [null, name]
}

function valueOf(text: string): number | string {
  const number = Number(text)
  return text.trim() !== '' && String(number) === text ? number : text
}
