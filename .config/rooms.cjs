/**
 * The rooms of src/ and what each may import, as data. Everything else is refused; there is no list of exceptions.
 * `layers` orders the folders inside a room, lowest first: a folder may not import one that stands after it.
 * `typeCycles` names the folders inside a room whose files may import each other's types in a circle; values never may.
 * `doors` names, for a folder of a room, its files that others may import; its other files are the folder's own.
 */
const rooms = [
  { room: 'core', mayImport: [] },
  // File systems of other machines by scheme, for what composes a process, a thread or a command.
  { room: 'filesystems', mayImport: ['core'] },
  // A stream has methods that give the other streams, and most of these have methods that give it.
  { room: 'api', mayImport: ['core'], noNodeModules: true, typeCycles: ['datastream'] },
  { room: 'storage', mayImport: ['core'] },
  { room: 'graph', mayImport: ['api', 'core'], noNodeModules: true, mayLoadModules: '^src/graph/packaged-program' },
  { room: 'connectors', mayImport: ['api', 'core'] },
  // Formats of files are made for the source and the sink of files.
  { room: 'formats', mayImport: ['connectors', 'api', 'core'] },
  // Its messages carry the plan, state handles and job results, whose types belong to the rooms below.
  { room: 'runtime/protocol', mayImport: ['graph', 'api', 'storage', 'core'] },
  { room: 'runtime/jobmanager', mayImport: ['runtime/protocol', 'graph', 'storage', 'core'] },
  {
    room: 'runtime/taskmanager',
    mayImport: ['runtime/protocol', 'graph', 'api', 'storage', 'filesystems', 'core'],
    layers: [
      ['network', 'state'],
      ['metrics', 'timers', 'eventtime'],
      ['operators'],
      ['source', 'sink', 'windowing', 'async', 'iteration'],
      ['joins'],
      ['task'],
      ['coordination'],
      ['taskexecutor'],
      ['worker-entry.ts'],
    ],
    doors: {
      // How keys and values lie in memory is known to no other file.
      state: [
        'asked-state',
        'checked-descriptor',
        'internal-state',
        'key-group-block',
        'key-group-stream',
        'keyed-priority-queue',
        'keyed-state-backend',
        'local-recovery-config',
        'namespace-type',
        'operator-state-backend',
        'operator-state-snapshot',
        'queryable-state',
        'restored-operator-state',
        'rocksdb/whole-state-of-files',
        'state-backend',
        'state-backend-loader',
        'thenable',
        'time-slices',
        'ttl/ttl-serializer',
        'ttl/ttl-value',
      ],
    },
  },
  // Reads and writes the bytes of operators, without a job.
  { room: 'state-processor', mayImport: ['runtime/taskmanager', 'api', 'storage', 'filesystems', 'core'] },
  // Metrics as plain data come in: nothing of the engine.
  { room: 'reporters', mayImport: ['core'] },
  { room: 'rest/messages', mayImport: [] },
  { room: 'rest', mayImport: ['rest/messages', 'core'] },
  // Only for state that is asked about: what a value is, and where it lies when no job answers.
  { room: 'client', mayImport: ['rest/messages', 'state-processor', 'api', 'storage', 'core'] },
  {
    room: 'cluster',
    mayImport: [
      'client',
      'rest',
      'rest/messages',
      'reporters',
      'runtime/jobmanager',
      'runtime/taskmanager',
      'runtime/protocol',
      'connectors',
      'graph',
      'storage',
      'filesystems',
      'api',
      'core',
    ],
  },
  // The transactions that a job has left open in Kafka are ended by whoever knows how they are written.
  {
    room: 'cli',
    mayImport: ['client', 'cluster', 'state-processor', 'connectors', 'graph', 'filesystems', 'core'],
  },
  { room: 'testing', mayImport: ['cluster', 'api', 'core'] },
]

module.exports = { rooms }
