package org.apache.flink.util;

/** The fields of Flink's class, where Flink is not at hand. */
public class SerializedThrowable extends Exception {
    private static final long serialVersionUID = 7284183123441947635L;

    private final byte[] serializedException = null;
    private final String originalErrorClassName = null;
    private final String fullStringifiedStackTrace = null;

    public String getOriginalErrorClassName() {
        return originalErrorClassName;
    }

    public String getFullStringifiedStackTrace() {
        return fullStringifiedStackTrace;
    }
}
