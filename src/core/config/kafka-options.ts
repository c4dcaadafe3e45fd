import { enumOption, type ConfigOption } from './config-option.js'

/** Options of jobs that read Kafka. */
export const KafkaOptions: {
  readonly ON_MISSING_OFFSET: ConfigOption<'fail' | 'earliest' | 'latest'>
} = {
  ON_MISSING_OFFSET: enumOption('kafka.on-missing-offset', 'fail', {
    description:
      'What a source of Kafka does where the broker does not have the offset any more that it is to go on from, as retention has removed it, or where the topic was deleted and made again: `fail` stops the job, `earliest` goes on with the oldest record that is there, `latest` with those that come from now on. The property `on.missing.offset` of a source goes before it. `run --on-missing-offset` sets it.',
    enumValues: ['fail', 'earliest', 'latest'],
  }),
}
