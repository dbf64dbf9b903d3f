/** `renderChat` as a Jinja template, for libraries that render chats by the template of a model folder. */

/**
 * The chat format of this library as a Jinja template, for `chat_template.jinja`: renders the same text as `renderChat`, from messages
 * with `content` (text or parts of text), `reasoning_content` or `reasoning`, and `tool_calls`.
 *
 * Deviates from `renderChat`: arguments of a tool call that are given as JSON text are printed as they stand; unknown keys of a message
 * are ignored.
 */
export const CHAT_TEMPLATE: string = String.raw`{%- macro escaped(text) -%}
{{- text | replace('<|endoftext|>', '<| endoftext|>') | replace('<|im_start|>', '<| im_start|>') | replace('<|im_end|>', '<| im_end|>') -}}
{%- endmacro -%}
{%- macro unbroken(text) -%}
{{- text | replace('<tool_response>', '< tool_response>') | replace('</tool_response>', '< /tool_response>') -}}
{%- endmacro -%}
{%- macro text_of(content) -%}
{%- if content is string -%}
{{- content -}}
{%- elif content -%}
{%- for part in content -%}
{{- part if part is string else part.text -}}
{%- endfor -%}
{%- endif -%}
{%- endmacro -%}
{%- set system = '' -%}
{%- if messages and messages[0].role == 'system' -%}
{%- set system = text_of(messages[0].content) -%}
{%- endif -%}
{%- if tools -%}
{{- '<|im_start|>system\n' -}}
{%- if system -%}
{{- escaped(system) + '\n\n' -}}
{%- endif -%}
{{- '# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with function signatures within <tools></tools> XML tags:\n<tools>' -}}
{%- for tool in tools -%}
{{- '\n' + escaped(tool | tojson) -}}
{%- endfor -%}
{{- '\n</tools>\n\nFor each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call><|im_end|>\n' -}}
{%- elif messages and messages[0].role == 'system' -%}
{{- '<|im_start|>system\n' + escaped(system) + '<|im_end|>\n' -}}
{%- endif -%}
{%- for message in messages -%}
{%- set content = text_of(message.content) -%}
{%- if message.role == 'user' -%}
{{- '<|im_start|>user\n' + escaped(unbroken(content)) + '<|im_end|>\n' -}}
{%- elif message.role == 'assistant' -%}
{%- set reasoning = '' -%}
{%- if message.reasoning_content is string -%}
{%- set reasoning = message.reasoning_content -%}
{%- elif message.reasoning is string -%}
{%- set reasoning = message.reasoning -%}
{%- elif '</think>' in content -%}
{%- set reasoning = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') -%}
{%- set content = content.split('</think>')[-1].lstrip('\n') -%}
{%- endif -%}
{{- '<|im_start|>assistant\n' + escaped('<think>\n' + reasoning + '\n</think>\n\n' + content) -}}
{%- if message.tool_calls -%}
{%- for call in message.tool_calls -%}
{%- set called = call.function if call.function else call -%}
{%- if content or not loop.first -%}
{{- '\n' -}}
{%- endif -%}
{%- set given = called.arguments if called.arguments is string else called.arguments | tojson -%}
{{- escaped('<tool_call>\n{"name": ' + (called.name | tojson) + ', "arguments": ' + given + '}\n</tool_call>') -}}
{%- endfor -%}
{%- endif -%}
{{- '<|im_end|>\n' -}}
{%- elif message.role == 'tool' -%}
{%- if loop.first or messages[loop.index0 - 1].role != 'tool' -%}
{{- '<|im_start|>user' -}}
{%- endif -%}
{{- '\n<tool_response>\n' + escaped(unbroken(content)) + '\n</tool_response>' -}}
{%- if loop.last or messages[loop.index0 + 1].role != 'tool' -%}
{{- '<|im_end|>\n' -}}
{%- endif -%}
{%- elif message.role != 'system' or not loop.first -%}
{{- raise_exception('a message must be of user, assistant or tool, or the system message at the start, got ' + message.role) -}}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{- '<|im_start|>assistant\n' -}}
{%- endif -%}
`;
