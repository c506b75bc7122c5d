"""Values as Go reads, prints and encodes them; Istio's output and messages contain these strings.

numbers    floats: `%v`, also at 32 bits              jsontext   encoding/json: escapes and numbers
printing   `{{ value }}`, `fmt.Sprint`, template `eq`   strings    `%q` and its reverse, TrimSpace, path.Clean
durations  `1m30s` and protobuf-JSON's `90s`          parsing    strconv and netip, with what they say of errors
"""
