/** So much of a job id tells the jobs of one process apart. */
const JOB_ID_BEGINNING = 6

/** Where a task manager is: a job process, with the name of its machine. */
export interface TaskManagerPlace {
  readonly host: string
  readonly pid: number
}

/**
 * The id of a task manager as the REST API and the dashboard tell it. Each running job has one, its process: another process that
 * goes on with the job is another task manager. In Flink: `<host>:<port>-<random>`.
 */
export function taskManagerIdOf(place: TaskManagerPlace, jobId: string): string {
  return `${endpointOf(place)}-${jobId.slice(0, JOB_ID_BEGINNING)}`
}

/** `endpoint` of a subtask and of its task manager. In Flink: `<host>:<port>`. */
export function endpointOf({ host, pid }: TaskManagerPlace): string {
  return `${host}:${String(pid)}`
}
