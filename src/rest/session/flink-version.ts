/** Of which Flink the REST API is: what its clients and dashboards go by. */
export const FLINK_VERSION = '1.20.0'
const COMMIT = 'flink-ts'
export const FLINK_COMMIT: string = COMMIT
/** `<commit> @ <time of the commit>`: there is no such commit, and the form is what a dashboard shows. */
export const FLINK_REVISION: string = `${COMMIT} @ 1970-01-01T00:00:00+00:00`
