import { checkpointConfigHandler } from './handlers/checkpoint-config-handler.js'
import { checkpointStatisticDetailsHandler } from './handlers/checkpoint-statistic-details-handler.js'
import { checkpointStatusHandler } from './handlers/checkpoint-status-handler.js'
import { checkpointTriggerHandler } from './handlers/checkpoint-trigger-handler.js'
import { checkpointingStatisticsHandler } from './handlers/checkpointing-statistics-handler.js'
import { aggregatingSubtasksMetricsHandler } from './handlers/aggregating-subtasks-metrics-handler.js'
import { jobAccumulatorsHandler } from './handlers/job-accumulators-handler.js'
import { jobCancellationHandler } from './handlers/job-cancellation-handler.js'
import { jobConfigHandler } from './handlers/job-config-handler.js'
import { jobDetailsHandler } from './handlers/job-details-handler.js'
import { jobExceptionsHandler } from './handlers/job-exceptions-handler.js'
import { jobExecutionResultHandler } from './handlers/job-execution-result-handler.js'
import { jobMetricsHandler } from './handlers/job-metrics-handler.js'
import { jobPlanHandler } from './handlers/job-plan-handler.js'
import { jobProgramHandler } from './handlers/job-program-handler.js'
import { jobStartHandler } from './handlers/job-start-handler.js'
import { jobStatusHandler } from './handlers/job-status-handler.js'
import { jobVertexBackPressureHandler } from './handlers/job-vertex-back-pressure-handler.js'
import { jobVertexMetricsHandler } from './handlers/job-vertex-metrics-handler.js'
import { jobVertexWatermarksHandler } from './handlers/job-vertex-watermarks-handler.js'
import { jobWatermarksHandler } from './handlers/job-watermarks-handler.js'
import { jobsOverviewHandler } from './handlers/jobs-overview-handler.js'
import {
  savepointDisposalStatusHandler,
  savepointDisposalTriggerHandler,
} from './handlers/savepoint-disposal-handlers.js'
import { prometheusHandler } from './handlers/prometheus-handler.js'
import { queryableStatesHandler } from './handlers/queryable-states-handler.js'
import { savepointStatusHandler } from './handlers/savepoint-status-handler.js'
import { savepointTriggerHandler } from './handlers/savepoint-trigger-handler.js'
import { slotGrantHandler } from './handlers/slot-grant-handler.js'
import { stateQueryHandler } from './handlers/state-query-handler.js'
import { stopWithSavepointHandler } from './handlers/stop-with-savepoint-handler.js'
import { subtaskMetricsHandler } from './handlers/subtask-metrics-handler.js'
import { taskCheckpointStatisticDetailsHandler } from './handlers/task-checkpoint-statistic-details-handler.js'
import { clientCoordinationHandler } from './handlers/client-coordination-handler.js'
import { jobClientHeartbeatHandler } from './handlers/job-client-heartbeat-handler.js'
import { jobManagerJobConfigurationHandler } from './handlers/job-manager-job-configuration-handler.js'
import { jobManagerJobEnvironmentHandler } from './handlers/job-manager-job-environment-handler.js'
import {
  jobResourceRequirementsHandler,
  jobResourceRequirementsUpdateHandler,
} from './handlers/job-resource-requirements-handlers.js'
import { jobVertexAccumulatorsHandler } from './handlers/job-vertex-accumulators-handler.js'
import { jobVertexFlameGraphHandler } from './handlers/job-vertex-flame-graph-handler.js'
import { jobVertexDetailsHandler } from './handlers/job-vertex-details-handler.js'
import { jobVertexJmOperatorMetricsHandler } from './handlers/job-vertex-jm-operator-metrics-handler.js'
import { jobVertexTaskManagersHandler } from './handlers/job-vertex-task-managers-handler.js'
import { jobManagerLogUrlHandler, taskManagerLogUrlHandler } from './handlers/log-url-handlers.js'
import { rescalingStatusHandler, rescalingTriggerHandler } from './handlers/rescaling-handlers.js'
import { subtaskCurrentAttemptDetailsHandler } from './handlers/subtask-current-attempt-details-handler.js'
import { subtaskExecutionAttemptAccumulatorsHandler } from './handlers/subtask-execution-attempt-accumulators-handler.js'
import { subtaskExecutionAttemptDetailsHandler } from './handlers/subtask-execution-attempt-details-handler.js'
import { subtasksAllAccumulatorsHandler } from './handlers/subtasks-all-accumulators-handler.js'
import { subtasksTimesHandler } from './handlers/subtasks-times-handler.js'
import { yarnCancelHandler, yarnStopHandler } from './handlers/yarn-handlers.js'
import type { Route } from './route.js'

/** Every endpoint. */
export const ROUTES: readonly Route[] = [
  jobsOverviewHandler,
  jobDetailsHandler,
  jobPlanHandler,
  jobConfigHandler,
  jobStatusHandler,
  jobStartHandler,
  jobProgramHandler,
  jobExceptionsHandler,
  jobExecutionResultHandler,
  jobAccumulatorsHandler,
  jobMetricsHandler,
  jobVertexMetricsHandler,
  aggregatingSubtasksMetricsHandler,
  subtaskMetricsHandler,
  prometheusHandler,
  jobVertexBackPressureHandler,
  jobVertexWatermarksHandler,
  jobWatermarksHandler,
  queryableStatesHandler,
  stateQueryHandler,
  jobCancellationHandler,
  slotGrantHandler,
  savepointTriggerHandler,
  savepointStatusHandler,
  stopWithSavepointHandler,
  checkpointTriggerHandler,
  checkpointStatusHandler,
  checkpointingStatisticsHandler,
  checkpointConfigHandler,
  checkpointStatisticDetailsHandler,
  taskCheckpointStatisticDetailsHandler,
  savepointDisposalTriggerHandler,
  savepointDisposalStatusHandler,
  clientCoordinationHandler,
  jobClientHeartbeatHandler,
  jobManagerJobConfigurationHandler,
  jobManagerJobEnvironmentHandler,
  jobResourceRequirementsHandler,
  jobResourceRequirementsUpdateHandler,
  jobVertexAccumulatorsHandler,
  jobVertexDetailsHandler,
  jobVertexFlameGraphHandler,
  jobVertexJmOperatorMetricsHandler,
  jobVertexTaskManagersHandler,
  jobManagerLogUrlHandler,
  taskManagerLogUrlHandler,
  rescalingStatusHandler,
  rescalingTriggerHandler,
  subtaskCurrentAttemptDetailsHandler,
  subtaskExecutionAttemptAccumulatorsHandler,
  subtaskExecutionAttemptDetailsHandler,
  subtasksAllAccumulatorsHandler,
  subtasksTimesHandler,
  yarnCancelHandler,
  yarnStopHandler,
]
