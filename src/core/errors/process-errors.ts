/** Errors about the processes of a cluster, its logs and data sets. See error-table.ts for the columns. */
export const PROCESS_ERRORS = {
  TASK_MANAGER_NOT_FOUND: {
    message: 'Could not find TaskExecutor {taskManagerId}. Each running job has one; GET /taskmanagers lists them.',
    fault: 'user',
    recovery: 'fail',
  },
  LOG_NOT_FOUND: {
    message: 'This file does not exist in {process} log dir. GET {list} lists those that do.',
    fault: 'user',
    recovery: 'fail',
  },
  DATA_SET_NOT_FOUND: {
    message: 'There is no cluster data set {dataSetId}: no job keeps a result for another one.',
    fault: 'user',
    recovery: 'fail',
  },
} as const
