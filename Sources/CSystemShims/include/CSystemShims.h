/* The few Linux calls that the Glibc module lacks. No logic lives here. */
#pragma once
