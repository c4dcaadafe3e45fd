/** Errors about filesystem. See error-table.ts for the columns. */
export const FILESYSTEM_ERRORS = {
  FILE_SYSTEM_SCHEME_UNSUPPORTED: {
    message:
      "Could not find a file system implementation for scheme '{scheme}'. The scheme is not directly supported by flink-ts and no file system to support this scheme could be loaded. {advice}",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  PATH_INVALID: {
    message: "'{path}' cannot be used as a path: {reason}.",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  FILE_NOT_FOUND: {
    message: 'No such file or directory: {path}',
    fault: 'user',
    recovery: 'fail-at-start',
    httpStatus: 404,
  },
  INPUT_NOT_FOUND: {
    message:
      'No such file or directory: {path}. Of this path {found} is there. A path without / at its beginning is looked for in the directory in which the job was started.',
    fault: 'user',
    recovery: 'fail-at-start',
    httpStatus: 404,
  },
  FILE_ACCESS_REFUSED: {
    message: '{operation} of {path} failed: {reason}',
    fault: 'user',
    recovery: 'fail-at-start',
  },
  FILE_IO_FAILED: {
    message: '{operation} of {path} failed: {reason}',
    fault: 'external',
    recovery: 'restart',
  },
  FILE_COMPRESSION_UNSUPPORTED: {
    message: "'{path}' is not read: {reason}. {advice}.",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  FILE_UNPACKING_FAILED: {
    message:
      "'{path}' cannot be unpacked: {reason} (within the first {offset} of its {sizeBytes} bytes). Check it with the tool that packed it.",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  FILE_NOT_PLAIN: {
    message:
      "'{path}' is a pipe, a device or a socket: it cannot be read again from a position, as a restart must. Copy it to a file, or read it with socketTextStream or a source of your own.",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  FILE_RECORD_INVALID: {
    message: "'{path}' cannot be read at {position}: {reason}. There it says {record}. {advice}",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  CACHED_FILE_NOT_FOUND: {
    message:
      "The file '{path}', which was registered as '{name}' for the distributed cache, is not there. Give registerCachedFile a path that exists on this machine when the job starts.",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  CACHED_FILE_UNKNOWN: {
    message:
      "File with name '{name}' is not available in the distributed cache (task {task}): {registered}. Did the program forget to register it with registerCachedFile(path, '{name}')?",
    fault: 'user',
    recovery: 'fail',
  },
  CACHED_FILES_INVALID: {
    message:
      "pipeline.cached-files is a list of `name:<name>,path:<path>`, with a semicolon between two of them, but holds '{entry}': {reason}.",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  OUTPUT_EXISTS: {
    message:
      "{method} does not replace '{path}', which is there already (task {task}). Remove it, write to another path, or give WriteMode.OVERWRITE: {method}(path, WriteMode.OVERWRITE).",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  OUTPUT_SHAPE_DIFFERS: {
    message:
      "'{path}' is {found}, but {method} with parallelism {parallelism} writes {written} (task {task}). Give it a path that is new, or the parallelism of its {files}.",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  FILE_LOST_RECORDS: {
    message:
      "The job cannot go on in '{path}': at its snapshot the file held {expectedBytes} bytes, and it {found}. Put the file back as it was, write to another path, or start without the snapshot.",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  DISK_FULL: {
    message: 'No space is left on the device of {path}. Free space there or point the directory elsewhere.',
    fault: 'external',
    recovery: 'restart',
  },
  WORKING_DIRECTORY_MISSING: {
    message: 'The working directory is not there any more: {reason}. Change to one that is there and try again.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  HOME_DIRECTORY_MISSING: {
    message:
      'There is no home directory for {directory}: {reason}. Set HOME, or cluster.run-directory to a directory of yours.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  TEMPORARY_DIRECTORY_UNUSABLE: {
    message:
      'The temporary directory {path} cannot be used: {reason}. Set TMPDIR to a directory that takes new entries.',
    fault: 'external',
    recovery: 'fail',
  },
  LOCAL_DIRECTORY_UNUSABLE: {
    message:
      'No local directory can be made for state: {reasons}. Free space there, make it writable, or set {option} to directories that are.',
    fault: 'user',
    recovery: 'fail-at-start',
  },
  TEMPORARY_FILE_FAILED: {
    message:
      'Records that wait for a slow receiver fill more than their memory, and the temporary file for them cannot be {operation}: {path}: {reason}. Free space there, or set io.tmp.dirs to directories with more of it.',
    fault: 'external',
    recovery: 'restart',
  },
  TOO_MANY_OPEN_FILES: {
    message:
      'This process may not open any more files: {reason}. Raise the limit of open files (ulimit -n) to 256 or more.',
    fault: 'external',
    recovery: 'restart',
  },
} as const
