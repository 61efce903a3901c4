// Package mirrorcheck mirrors a checksum database of x/mod's own server with the built sumlog.
//
// Goal: a mirror holds and serves exactly what its upstream has signed, in whichever form data tiles
// come, however it is interrupted, and goes on when the upstream grows; and it takes nothing of an
// upstream that has signed two histories.
//
// Method: the built binary (SUMLOG_BINARY) follows an upstream in Go (xmodlog) that remembers what it
// was asked for; what the mirror serves is compared with that log tile by tile, and each record is
// verified by x/mod's client while the upstream is gone.
package mirrorcheck
