/** Sub-path `flink-ts/client`: find and control running jobs from another process. */
export type { JobDirectoryEntry } from './job-directory-entry.js'
export { RestClusterClient, type JobOverview, type RestClusterClientServices } from './rest-cluster-client.js'
export { RunDirectory } from './run-directory.js'
