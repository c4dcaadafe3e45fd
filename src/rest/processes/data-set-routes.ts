import { FlinkError } from '../../core/errors/flink-error.js'
import { askedTriggerIdOf, dataSetIdOf } from '../request-parameters.js'
import type { ProcessRoute } from './processes-context.js'

/** Results that one job of a cluster keeps for others: no job does, so there are none, and none that could be deleted. */
export const DATA_SET_ROUTES: readonly ProcessRoute[] = [
  {
    method: 'GET',
    path: '/datasets',
    handle: () => Promise.resolve({ status: 200, body: { dataSets: [] } }),
  },
  {
    method: 'DELETE',
    path: '/datasets/:datasetid',
    async handle(request) {
      return Promise.reject(new FlinkError('DATA_SET_NOT_FOUND', { dataSetId: dataSetIdOf(request) }))
    },
  },
  {
    method: 'GET',
    path: '/datasets/delete/:triggerid',
    async handle(request) {
      const text = `Operation not found under key: ${askedTriggerIdOf(request)}`
      return Promise.reject(new FlinkError('OPERATION_NOT_FOUND', { text }))
    },
  },
]
