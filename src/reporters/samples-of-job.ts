import { filterCharacters } from '../core/metrics/character-filter.js'
import { measuredValues } from './measured-values.js'
import type { MetricSample } from './metric-sample.js'
import type { ReportedJob, ReportedSubtask, ReportedVertex } from './reported-job.js'

type Variables = MetricSample['variables']
type Operator = ReportedVertex['operators'][number]

/** Metrics of a task whose names have dots without being an operator's. */
const OF_TASK = /^Shuffle\.Netty\.(?:Input|Output)\.Buffers\.\w+$/

/** All metrics of a job with the scopes and variables that Flink gives them. Pure. */
export function samplesOfJob(job: ReportedJob): MetricSample[] {
  const { jobId: job_id, name: job_name, host } = job
  const ofJob = { host, job_id, job_name }
  const samples = [...measuredValues(job.values)].map(([name, measured]) => {
    return { scope: ['jobmanager', 'job'], name, variables: ofJob, measured }
  })
  const ofTasks = job.vertices.flatMap((vertex) => {
    const operators = operatorsByName(vertex)
    return vertex.subtasks.flatMap((subtask) => {
      return samplesOfSubtask(subtask, operators, { ...ofJob, ...variablesOf(vertex, subtask) })
    })
  })
  return [...samples, ...ofTasks]
}

function variablesOf(vertex: ReportedVertex, subtask: ReportedSubtask): Variables {
  return {
    tm_id: subtask.taskManager,
    task_id: vertex.id,
    task_name: vertex.name,
    task_attempt_id: subtask.executionId,
    task_attempt_num: String(subtask.attemptNumber),
    subtask_index: String(subtask.subtaskIndex),
  }
}

/** By the names that metrics have for them. Operators of one vertex and one name share their metrics: the first stands for all. */
function operatorsByName({ operators }: ReportedVertex): ReadonlyMap<string, Operator> {
  const byName = new Map<string, Operator>()
  for (const operator of operators) {
    const name = filterCharacters(operator.name)
    if (!byName.has(name)) byName.set(name, operator)
  }
  return byName
}

function samplesOfSubtask(
  { values, types }: ReportedSubtask,
  operators: ReadonlyMap<string, Operator>,
  ofTask: Variables,
): MetricSample[] {
  // One object for all metrics of an operator, as of a task: whoever writes them can do so once for all.
  const ofOperators = new Map(
    [...operators].map(([key, { id, name }]) => [key, { ...ofTask, operator_id: id, operator_name: name }]),
  )
  return [...measuredValues(values, types)].map(([fullName, measured]) => {
    const parts = fullName.split('.')
    const ofOperator = OF_TASK.test(fullName) ? undefined : ofOperators.get(parts[0] ?? '')
    const groups = parts.slice(ofOperator === undefined ? 0 : 1, -1)
    const scope = ['taskmanager', 'job', 'task', ...(ofOperator === undefined ? [] : ['operator']), ...groups]
    return { scope, name: parts.at(-1) ?? '', variables: ofOperator ?? ofTask, measured }
  })
}
