/**
 * Sub-path `flink-ts/client`: find and control running jobs from another process, and ask about their state.
 *
 * @module flink-ts/client
 */
export type { JobDirectoryEntry } from './job-directory-entry.js'
export { NamedState, type NamedStateOptions, type StateAnswer } from './named-state.js'
export type { QueriedState, StateOrigin } from './queried-state.js'
export { QueryableStateClient, type QueryableStateTarget } from './queryable-state-client.js'
export { RestClusterClient, type JobOverview, type RestClusterClientServices } from './rest-cluster-client.js'
export { RunDirectory } from './run-directory.js'
