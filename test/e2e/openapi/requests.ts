/** A request for each operation of Flink's OpenAPI file that is about one job. */

export interface Asked {
  readonly query?: string
  readonly body?: Readonly<Record<string, unknown>>
  /** Refused here as Flink refuses it, or where it has nothing to answer with. */
  readonly refused?: { readonly status: number; readonly text: RegExp }
  /** Of a job that has ended: what is refused only then. */
  readonly refusedOfEnded?: { readonly status: number; readonly text: RegExp }
}

const NO_TRIGGER = { status: 404, text: /There is no \w+ operation with triggerId=/ }
const RESCALING = { status: 503, text: /Rescaling is temporarily disabled\. See FLINK-12312\./ }
const ENDED = { status: 409, text: /is (FINISHED|FAILED): this needs a running job/ }
const V = '/jobs/{jobid}/vertices/{vertexid}'
const S = `${V}/subtasks/{subtaskindex}`

/** In the order in which they are asked: what ends the job comes last. */
export const OF_A_JOB: Readonly<Record<string, Asked>> = {
  'GET /jobs/{jobid}': {},
  'GET /jobs/{jobid}/plan': {},
  'GET /jobs/{jobid}/config': {},
  'GET /jobs/{jobid}/status': {},
  'GET /jobs/{jobid}/exceptions': { query: '?maxExceptions=10' },
  'GET /jobs/{jobid}/accumulators': { query: '?includeSerializedValue=true' },
  'GET /jobs/{jobid}/execution-result': {},
  'GET /jobs/{jobid}/metrics': { query: '?get=numRestarts,uptime' },
  'GET /jobs/{jobid}/checkpoints': {},
  'GET /jobs/{jobid}/checkpoints/config': {},
  'GET /jobs/{jobid}/checkpoints/details/{checkpointid}': {},
  'GET /jobs/{jobid}/checkpoints/details/{checkpointid}/subtasks/{vertexid}': {},
  'GET /jobs/{jobid}/jobmanager/config': {},
  'GET /jobs/{jobid}/jobmanager/environment': {},
  'GET /jobs/{jobid}/jobmanager/log-url': {},
  'GET /jobs/{jobid}/taskmanagers/{taskmanagerid}/log-url': {},
  'GET /jobs/{jobid}/resource-requirements': {},
  [`GET ${V}`]: {},
  [`GET ${V}/accumulators`]: {},
  [`GET ${V}/backpressure`]: {},
  [`GET ${V}/flamegraph`]: { query: '?type=FULL' },
  [`GET ${V}/jm-operator-metrics`]: {},
  [`GET ${V}/metrics`]: { query: '?get=0.numRecordsIn' },
  [`GET ${V}/subtasks/accumulators`]: {},
  [`GET ${V}/subtasks/metrics`]: { query: '?get=numRecordsIn' },
  [`GET ${V}/subtasktimes`]: {},
  [`GET ${V}/taskmanagers`]: {},
  [`GET ${V}/watermarks`]: {},
  [`GET ${S}`]: {},
  [`GET ${S}/attempts/{attempt}`]: {},
  [`GET ${S}/attempts/{attempt}/accumulators`]: {},
  [`GET ${S}/metrics`]: {},
  'PUT /jobs/{jobid}/resource-requirements': {
    body: { ['a'.repeat(32)]: { parallelism: { lowerBound: 1, upperBound: 2 } } },
    refused: { status: 500, text: /DefaultScheduler does not support changing the parallelism/ },
  },
  'PATCH /jobs/{jobid}/rescaling': { query: '?parallelism=2', refused: RESCALING },
  'GET /jobs/{jobid}/rescaling/{triggerid}': { refused: RESCALING },
  'GET /jobs/{jobid}/savepoints/{triggerid}': { refused: NO_TRIGGER },
  'GET /jobs/{jobid}/checkpoints/{triggerid}': { refused: NO_TRIGGER },
  'PATCH /jobs/{jobid}/clientHeartbeat': { body: { expiredTimestamp: 4_000_000_000_000 } },
  'POST /jobs/{jobid}/checkpoints': { body: { checkpointType: 'FULL' }, refusedOfEnded: ENDED },
  'POST /jobs/{jobid}/savepoints': {
    body: {
      'target-directory': '/dev/null/nowhere',
      'cancel-job': false,
      formatType: 'CANONICAL',
      triggerId: 'c'.repeat(32),
    },
    refusedOfEnded: ENDED,
  },
  'POST /jobs/{jobid}/stop': {
    body: { targetDirectory: '/dev/null/nowhere', drain: false, formatType: 'NATIVE', triggerId: 'd'.repeat(32) },
    refusedOfEnded: ENDED,
  },
  'PATCH /jobs/{jobid}': {
    query: '?mode=cancel',
    refusedOfEnded: { status: 409, text: /already reached another terminal state|has already/ },
  },
}

/** What is about the cluster: its parameters are a job that runs, its task manager, and a program that was uploaded. */
export const OF_THE_CLUSTER: Readonly<Record<string, Asked>> = {
  'GET /config': {},
  'GET /overview': {},
  'GET /jobs': {},
  'GET /jobs/overview': {},
  'GET /jobs/metrics': { query: '?get=numRestarts,uptime' },
  'POST /jobs': { body: {}, refused: { status: 400, text: /Java/ } },
  'GET /jars': {},
  // Uploaded by the test itself: it is no JSON.
  'POST /jars/upload': { body: {}, refused: { status: 400, text: /Exactly 1 file must be sent|multipart/i } },
  'POST /jars/{jarid}/plan': { body: { programArgsList: ['--limit', '5'], parallelism: 1 } },
  'POST /jars/{jarid}/run': {
    body: { programArgsList: ['--limit', '5'], parallelism: 1, allowNonRestoredState: false },
  },
  'DELETE /jars/{jarid}': {},
  'GET /jobmanager/config': {},
  'GET /jobmanager/environment': {},
  'GET /jobmanager/logs': {},
  'GET /jobmanager/metrics': {},
  'GET /jobmanager/thread-dump': {},
  'GET /taskmanagers': {},
  'GET /taskmanagers/metrics': {},
  'GET /taskmanagers/{taskmanagerid}': {},
  'GET /taskmanagers/{taskmanagerid}/logs': {},
  'GET /taskmanagers/{taskmanagerid}/metrics': {},
  'GET /taskmanagers/{taskmanagerid}/thread-dump': {},
  'GET /datasets': {},
  'DELETE /datasets/{datasetid}': { refused: { status: 404, text: /data set/i } },
  'GET /datasets/delete/{triggerid}': { refused: { status: 404, text: /Operation not found under key/ } },
  'POST /savepoint-disposal': { body: { 'savepoint-path': '/dev/null/nowhere' } },
  'GET /savepoint-disposal/{triggerid}': { refused: { status: 404, text: /triggerId=|Operation not found/ } },
  'DELETE /cluster': {},
}
