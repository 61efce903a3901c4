// Package realgo checks sumlog with the real go command and with x/mod's checksum-database client.
//
// Goal: an unmodified go downloads modules with GOSUMDB pointing at sumlog, every one verified, and
// refuses exactly what it must refuse.
//
// Method: the built binary (SUMLOG_BINARY) serves a log made from a generated go.sum; modules come
// from a generated GOPROXY=file://… tree; every go command runs in an environment of its own.
package realgo
