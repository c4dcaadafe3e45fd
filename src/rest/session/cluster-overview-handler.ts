import { FLINK_COMMIT, FLINK_VERSION } from './flink-version.js'
import type { SessionRoute } from './session-route.js'

/** Slots and jobs of the session. */
export const clusterOverviewHandler: SessionRoute = {
  method: 'GET',
  path: '/overview',
  async handle(_request, { gateway }) {
    const states = (await gateway.overview()).map(({ state }) => state)
    const { total, available } = gateway.slots()
    const countOf = (state: string): number => states.filter((each) => each === state).length
    const [finished, cancelled, failed] = [countOf('FINISHED'), countOf('CANCELED'), countOf('FAILED')]
    const body = {
      // The process of each job that has one.
      taskmanagers: gateway.jobs().filter(({ pid }) => pid !== undefined).length,
      'slots-total': total,
      'slots-available': available,
      'jobs-running': states.length - finished - cancelled - failed - countOf('SUSPENDED'),
      'jobs-finished': finished,
      'jobs-cancelled': cancelled,
      'jobs-failed': failed,
      'flink-version': FLINK_VERSION,
      'flink-commit': FLINK_COMMIT,
    }
    return { status: 200, body }
  },
}
