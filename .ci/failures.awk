# Reads files of dotnet test's trx logger: each test that failed with its message and the first lines of its stack. With -v names=1 only the names.
function text(record, tag,    open, from, to, value) {
  if (!match(record, "<" tag "( [^>]*)?>")) return ""
  from = RSTART + RLENGTH
  value = substr(record, from)
  to = index(value, "</" tag ">")
  value = to ? substr(value, 1, to - 1) : value
  return plain(value)
}
function plain(value) {
  gsub(/\r/, "", value); gsub(/&#xD;/, "", value); gsub(/&#xA;/, "\n", value)
  gsub(/&lt;/, "<", value); gsub(/&gt;/, ">", value); gsub(/&quot;/, "\"", value); gsub(/&apos;/, "'", value); gsub(/&amp;/, "\\&", value)
  return value
}
function attribute(record, name,    value) {
  if (!match(record, " " name "=\"[^\"]*\"")) return ""
  value = substr(record, RSTART, RLENGTH)
  sub(/^[^"]*"/, "", value); sub(/"$/, "", value)
  return plain(value)
}
function head(value, count, width,    lines, total, line) {
  total = split(value, lines, "\n")
  for (line = 1; line <= total && line <= count; line++)
    if (lines[line] != "") print "    " (length(lines[line]) > width ? substr(lines[line], 1, width) " …" : lines[line])
  if (total > count) print "    … " (total - count) " more lines"
}
BEGIN { RS = "<UnitTestResult " }
FNR > 1 {
  start = substr($0, 1, index($0, ">"))
  if (attribute(" " start, "outcome") != "Failed") next
  name = attribute(" " start, "testName")
  failed++
  if (length(name) > 300) name = substr(name, 1, 300) " …"
  if (names) { print name; next }
  if (failed > 20) next
  split(attribute(" " start, "duration"), time, ":")
  printf "\n  %s  (%.1f s)\n", name, time[1] * 3600 + time[2] * 60 + time[3]
  head(text($0, "Message"), 25, 400)
  head(text($0, "StackTrace"), 6, 240)
}
END { if (!names && failed > 20) print "\n  … and " (failed - 20) " more" }
