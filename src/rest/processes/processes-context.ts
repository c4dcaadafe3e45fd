import type { Route } from '../route.js'
import type { JobManagerGateway, TaskManagersGateway } from './observed-process.js'

/** What the endpoints of a cluster's processes may ask. */
export interface ProcessesContext {
  readonly jobManager: JobManagerGateway
  readonly taskManagers: TaskManagersGateway
}

export type ProcessRoute = Route<ProcessesContext>
