package org.apache.flink.util;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;

/** What Flink's class reads and writes, where Flink is not at hand. */
public class OptionalFailure<T> implements Serializable {
    private static final long serialVersionUID = 1L;

    private transient T value;
    private Throwable failureCause;

    public boolean isFailure() {
        return failureCause != null;
    }

    public Throwable getFailureCause() {
        return failureCause;
    }

    public T getUnchecked() {
        return value;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        out.defaultWriteObject();
        out.writeObject(value);
    }

    @SuppressWarnings("unchecked")
    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        value = (T) in.readObject();
    }
}
