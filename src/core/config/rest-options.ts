import {
  booleanOption,
  durationOption,
  intOption,
  memoryOption,
  pathOption,
  stringOption,
  type ConfigOption,
} from './config-option.js'

/** Options of Flink's RestOptions. */
export const RestOptions: {
  readonly ADDRESS: ConfigOption<string | undefined>
  readonly PORT: ConfigOption<number>
  readonly BIND_PORT: ConfigOption<string | undefined>
  readonly BIND_ADDRESS: ConfigOption<string>
  readonly SERVER_MAX_CONTENT_LENGTH: ConfigOption<number>
  readonly ASYNC_STORE_DURATION: ConfigOption<number>
  readonly KNOWN_FIELDS_ONLY: ConfigOption<boolean>
  readonly TOKEN_FILE: ConfigOption<string | undefined>
  readonly FLAMEGRAPH_ENABLED: ConfigOption<boolean>
  readonly FLAMEGRAPH_CLEANUP_INTERVAL: ConfigOption<number>
  readonly FLAMEGRAPH_REFRESH_INTERVAL: ConfigOption<number>
  readonly FLAMEGRAPH_NUM_SAMPLES: ConfigOption<number>
  readonly FLAMEGRAPH_DELAY: ConfigOption<number>
  readonly FLAMEGRAPH_STACK_TRACE_DEPTH: ConfigOption<number>
  readonly PATH: ConfigOption<string>
  readonly RETRY_MAX_ATTEMPTS: ConfigOption<number>
  readonly RETRY_DELAY: ConfigOption<number>
} = {
  ADDRESS: stringOption('rest.address', undefined, {
    description:
      'The machine whose session is meant; with the name or an address of this one (`localhost`) the jobs of this machine are, unless `-m` or execution.target says that it is its session. With `run --web` also the name by which clients reach it, which requests may name in their Host header.',
    fallbackKeys: ['jobmanager.rpc.address'],
  }),
  PORT: intOption('rest.port', 8081, {
    minimum: 0,
    maximum: 65_535,
    description:
      'Port of the REST endpoint that `run --web` opens, where neither a port is given there nor rest.bind-port is set; 0 is any that is free. Without `--web` no port is opened.',
    deprecatedKeys: ['web.port'],
  }),
  BIND_PORT: stringOption('rest.bind-port', undefined, {
    description:
      'Port, or ports of which the first free one is taken, at which `run --web` listens: `8081`, `8081-8090`, `50100-50200,50300`. Without it rest.port.',
    deprecatedKeys: ['jobmanager.web.port'],
  }),
  BIND_ADDRESS: stringOption('rest.bind-address', '127.0.0.1', {
    description:
      'Address at which `run --web` listens. Every other than that of the machine itself (127.0.0.1, ::1) asks for rest.authentication.token-file.',
    deprecatedKeys: ['jobmanager.web.address'],
    fallbackKeys: ['web.address'],
  }),
  SERVER_MAX_CONTENT_LENGTH: memoryOption('rest.server.max-content-length', 1024 * 1024, {
    minimum: 1024,
    maximum: 100 * 1024 * 1024,
    description:
      'Longest body of a request to a job that `run --web` serves, over TCP and its control socket, in bytes.',
  }),
  ASYNC_STORE_DURATION: durationOption('rest.async.store-duration', 300_000, {
    description:
      'Time for which a job or a session cluster tells what came of a savepoint, a checkpoint or a stop that was triggered over REST, once it has ended.',
  }),
  KNOWN_FIELDS_ONLY: booleanOption('rest.jobs-overview.known-fields-only', false, {
    description:
      "This engine's own: of each job a session cluster lists (`/jobs/overview`) only what clients of Flink 1.17 and 1.18 know, which refuse everything else. Clients of Flink 2 need more than that, and `flink-ts list` shows more where it gets it.",
  }),
  TOKEN_FILE: pathOption('rest.authentication.token-file', {
    description:
      "This engine's own: the file with the token that every request over TCP has to carry (`Authorization: Bearer ...`). It has to belong to the user who runs the job, who alone may read it (mode 0600), and hold at least 16 characters.",
  }),
  FLAMEGRAPH_ENABLED: booleanOption('rest.flamegraph.enabled', false, {
    description:
      'Whether REST shows what the tasks of a vertex do, as a tree of the functions that were seen in its workers. Nothing is sampled before somebody asks.',
  }),
  FLAMEGRAPH_CLEANUP_INTERVAL: durationOption('rest.flamegraph.cleanup-interval', 10 * 60_000, {
    minimum: 1,
    description: 'After so long without a question the samples of a vertex are forgotten.',
  }),
  FLAMEGRAPH_REFRESH_INTERVAL: durationOption('rest.flamegraph.refresh-interval', 60_000, {
    minimum: 1,
    description: 'A vertex whose samples are older is sampled anew when somebody asks.',
  }),
  FLAMEGRAPH_NUM_SAMPLES: intOption('rest.flamegraph.num-samples', 100, {
    minimum: 1,
    maximum: 100_000,
    description: 'How many samples are taken of a worker for a flame graph.',
  }),
  FLAMEGRAPH_DELAY: durationOption('rest.flamegraph.delay-between-samples', 50, {
    minimum: 1,
    maximum: 60_000,
    description: 'Time between two samples.',
  }),
  FLAMEGRAPH_STACK_TRACE_DEPTH: intOption('rest.flamegraph.stack-depth', 100, {
    minimum: 1,
    maximum: 1000,
    description: 'So many functions of a stack are shown at most, those that were called first.',
  }),
  PATH: stringOption('rest.path', '', {
    description: 'Path in front of the REST API of a session, where a proxy adds one; for commands that ask it.',
  }),
  RETRY_MAX_ATTEMPTS: intOption('rest.retry.max-attempts', 20, {
    minimum: 0,
    description:
      'How often a command asks a session again that is not reached or not ready. At an address of this machine where nobody listens it gives up at once.',
  }),
  RETRY_DELAY: durationOption('rest.retry.delay', 3_000, {
    description: 'Time between two attempts of a command to reach a session.',
  }),
}
