# Puts what a header declares into the group of its folder, so that no declaration has to name one. The groups are in
# groups.dox. No line is added, so that warnings name the right one. Comparisons made by the compiler are left out.

FNR == 1 {
    path = FILENAME
    sub(/^.*include\/roomport\//, "", path)
    group = "common"
    if (path ~ /^wait\/(observer|observation)\./) {
        group = "observers"
    } else if (path ~ /^wait\/cadence/) {
        group = "cadence"
    } else if (path ~ /^error\./) {
        group = "errors"
    } else if (match(path, /^[a-z]+[.\/]/) && path !~ /^(clock|export|phase_times|secret|version)/) {
        group = substr(path, 1, RLENGTH - 1)
    }
}

/^namespace roomport(::[a-z_]+)* \{$/ { print $0 " /** @addtogroup " group " */ /** @{ */"; next }
/^\} \/\/ namespace roomport/ { print "/** @} */ " $0; next }
/^ *friend bool operator==\(/ { in_comparison = 1 }
in_comparison { in_comparison = !/= default;$/; print ""; next }
{ print }
