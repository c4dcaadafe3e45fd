import { SessionOptions } from '../../core/config/session-options.js'
import { FLINK_REVISION, FLINK_VERSION } from './flink-version.js'
import type { SessionRoute } from './session-route.js'

/** What a dashboard has to know before it shows anything. */
export const dashboardConfigHandler: SessionRoute = {
  method: 'GET',
  path: '/config',
  handle(_request, { gateway, clock }) {
    const { place, jars } = gateway
    const { configuration } = place
    const now = new Date(clock.now())
    const zone = new Intl.DateTimeFormat('en', { timeZoneName: 'long' }).formatToParts(now)
    const body = {
      'refresh-interval': configuration.get(SessionOptions.REFRESH_INTERVAL),
      'timezone-name': zone.find(({ type }) => type === 'timeZoneName')?.value ?? 'Coordinated Universal Time',
      // East of Greenwich is before it in JavaScript.
      'timezone-offset': -now.getTimezoneOffset() * 60_000,
      'flink-version': FLINK_VERSION,
      'flink-revision': FLINK_REVISION,
      features: {
        'web-submit': jars !== undefined,
        'web-cancel': configuration.get(SessionOptions.CANCEL_ENABLE),
        'web-rescale': false,
        'web-history': false,
      },
    }
    return Promise.resolve({ status: 200, body })
  },
}
