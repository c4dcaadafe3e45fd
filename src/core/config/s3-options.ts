import {
  booleanOption,
  durationOption,
  intOption,
  memoryOption,
  stringOption,
  type ConfigOption,
} from './config-option.js'

const MB = 1024 * 1024

/** Options of Flink's file systems for S3, under the keys that they have in Flink. */
export const S3Options: {
  readonly ACCESS_KEY: ConfigOption<string | undefined>
  readonly SECRET_KEY: ConfigOption<string | undefined>
  readonly SESSION_TOKEN: ConfigOption<string | undefined>
  readonly ANONYMOUS_CREDENTIALS: ConfigOption<boolean>
  readonly REGION: ConfigOption<string | undefined>
  readonly ENDPOINT: ConfigOption<string | undefined>
  readonly PATH_STYLE_ACCESS: ConfigOption<boolean | undefined>
  readonly CONNECTION_SSL_ENABLED: ConfigOption<boolean>
  readonly ENTROPY_KEY: ConfigOption<string | undefined>
  readonly ENTROPY_LENGTH: ConfigOption<number>
  readonly PART_SIZE: ConfigOption<number>
  readonly MAX_CONCURRENT_UPLOADS: ConfigOption<number>
  readonly CHECKSUM_VALIDATION: ConfigOption<boolean>
  readonly CONNECTION_MAXIMUM: ConfigOption<number>
  readonly CONNECTION_TIMEOUT: ConfigOption<number>
  readonly ESTABLISH_TIMEOUT: ConfigOption<number>
  readonly ATTEMPTS_MAXIMUM: ConfigOption<number>
} = {
  ACCESS_KEY: stringOption('s3.access-key', undefined, {
    description:
      'Access key for s3:// (s3a://, s3p://), together with `s3.secret-key`. Without both, the AWS SDK looks for credentials as it always does: `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, `~/.aws`, a role of the container or machine.',
    fallbackKeys: ['s3.access.key', 'fs.s3a.access.key'],
  }),
  SECRET_KEY: stringOption('s3.secret-key', undefined, {
    description: 'Secret key for s3://, together with `s3.access-key`.',
    fallbackKeys: ['s3.secret.key', 'fs.s3a.secret.key'],
  }),
  SESSION_TOKEN: stringOption('s3.session-token', undefined, {
    description: 'Session token of a pair of keys that is valid for some time only.',
    fallbackKeys: ['s3.session.token', 'fs.s3a.session.token'],
  }),
  ANONYMOUS_CREDENTIALS: booleanOption('s3.anonymous-credentials', false, {
    description: 'Requests to s3:// are not signed: for buckets that anybody may read.',
  }),
  REGION: stringOption('s3.region', undefined, {
    description:
      'Region of the buckets of s3://. Unset: the one that the AWS SDK finds (`AWS_REGION`, `~/.aws/config`); where `s3.endpoint` is set us-east-1, which other stores take.',
    fallbackKeys: ['s3.endpoint.region', 'fs.s3a.endpoint.region'],
  }),
  ENDPOINT: stringOption('s3.endpoint', undefined, {
    description: 'Host, `host:port` or URL of a store that speaks the protocol of S3; unset: Amazon S3.',
    fallbackKeys: ['fs.s3a.endpoint'],
  }),
  PATH_STYLE_ACCESS: {
    ...booleanOption('s3.path.style.access', false, {
      description:
        'The bucket is in the path of the URL and not in its host name. Unset: true where `s3.endpoint` is set.',
      fallbackKeys: ['s3.path-style-access', 'fs.s3a.path.style.access'],
    }),
    defaultValue: undefined,
  },
  CONNECTION_SSL_ENABLED: booleanOption('s3.connection.ssl.enabled', true, {
    description: 'Where `s3.endpoint` is no URL: https, else http.',
    fallbackKeys: ['fs.s3a.connection.ssl.enabled'],
  }),
  ENTROPY_KEY: stringOption('s3.entropy.key', undefined, {
    description:
      'This part of a path of s3:// is left out, as Flink does for all files but those with the state of checkpoints. Random characters are not put in its place: S3 spreads the load by itself.',
  }),
  ENTROPY_LENGTH: intOption('s3.entropy.length', 4, {
    minimum: 1,
    description: 'How many random characters Flink puts in the place of `s3.entropy.key`.',
  }),
  PART_SIZE: memoryOption('s3.upload.min.part.size', 5 * MB, {
    minimum: 5 * MB,
    maximum: 1024 * MB,
    description:
      'A file of s3:// that is longer is uploaded in parts of this size. So much memory, and once more for each part on its way, is taken by a file that is being written.',
    fallbackKeys: ['fs.s3a.multipart.size'],
  }),
  MAX_CONCURRENT_UPLOADS: intOption('s3.upload.max.concurrent.uploads', 4, {
    minimum: 1,
    maximum: 64,
    description: 'So many parts of one file of s3:// are on their way at a time.',
  }),
  CHECKSUM_VALIDATION: booleanOption('s3.checksum-validation.enabled', true, {
    description:
      'What is sent to s3:// has a checksum, and what is read is compared with the one of the store. False for stores that refuse requests with checksums.',
  }),
  CONNECTION_MAXIMUM: intOption('s3.connection.maximum', 500, {
    minimum: 1,
    description:
      'So many connections to s3:// a thread has at a time; further requests wait. A file that is read has one.',
    fallbackKeys: ['s3.connection.max', 'fs.s3a.connection.maximum'],
  }),
  CONNECTION_TIMEOUT: durationOption('s3.connection.timeout', 60_000, {
    minimum: 100,
    description: 'A connection to s3:// on which nothing comes or goes for so long counts as broken.',
    fallbackKeys: ['fs.s3a.connection.timeout'],
  }),
  ESTABLISH_TIMEOUT: durationOption('s3.connection.establish.timeout', 10_000, {
    minimum: 100,
    description: 'Time for a connection to s3:// to be made.',
    fallbackKeys: ['fs.s3a.connection.establish.timeout'],
  }),
  ATTEMPTS_MAXIMUM: intOption('s3.attempts.maximum', 10, {
    minimum: 1,
    maximum: 100,
    description:
      'So often a request to s3:// is sent where the store does not answer, is overloaded (SlowDown, 503) or fails, with growing pauses up to 20 s between.',
    fallbackKeys: ['fs.s3a.attempts.maximum'],
  }),
}
