// Package rosetta stands for the one that asks macOS whether it translates the program: no proxy serves it, and Linux
// never does.
package rosetta

// Enabled tells whether the program is translated.
func Enabled() bool { return false }
