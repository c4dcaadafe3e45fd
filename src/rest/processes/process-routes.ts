import { DATA_SET_ROUTES } from './data-set-routes.js'
import { JOB_MANAGER_ROUTES } from './job-manager-routes.js'
import type { ProcessRoute } from './processes-context.js'
import { TASK_MANAGER_ROUTES } from './task-manager-routes.js'

/** Every endpoint about the processes of a cluster. */
export const PROCESS_ROUTES: readonly ProcessRoute[] = [
  ...JOB_MANAGER_ROUTES,
  ...TASK_MANAGER_ROUTES,
  ...DATA_SET_ROUTES,
]
